"""A calculation as it is stored and answered: plain values, numbers as exact decimals."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from renkei.kit.decimals import to_15_digits
from renkei.usecases.footprint.calculator.model import Calculation, LineResult, Piece, Question, SplitResult
from renkei.usecases.footprint.calculator.questions import sentence
from renkei.usecases.footprint.model import Quality


def result_json(one: Calculation, *, withheld: Container[str] = ()) -> dict[str, Any]:
    """The result with its trail and its questions, each question with its sentence in both languages.

    Of the factors `withheld` (licensed ones) neither the number nor what would give it away is written.
    """
    return {
        "total": one.total,
        "period_total": one.period_total,
        "stages": {
            stage.value: {"own": each.own, "component": each.component, "total": each.total}
            for stage, each in one.stages.items()
        },
        "quality": {stage.value: _quality(each) for stage, each in one.quality.items()},
        "dqr": one.dqr,
        "primary_data_share": one.primary_data_share,
        "primary_data_shares": dict(one.primary_data_shares),
        "categories": {
            name: {stage.value: x for stage, x in column.items()} for name, column in one.categories.items()
        },
        "gate_to_gate": one.gate_to_gate,
        "lines": [_line(line, withheld) for line in one.lines],
        "questions": [question_json(question) for question in one.questions],
        "allocation_share": one.allocation_share,
        "allocated_to": dict(one.allocated_to),
        "omitted": one.omitted,
        "gwp_sets": list(one.gwp_sets),
        "factors": list(one.factors),
        "electricity": dict(one.electricity),
        "balance": None
        if one.balance is None
        else {"input_kg": one.balance.input_kg, "output_kg": one.balance.output_kg},
        "split": None if one.split is None else _split(one.split),
        "partial": one.partial,
        "rule_set": one.rule_set,
        "rule_set_version": one.rule_set_version,
    }


def question_json(question: Question) -> dict[str, Any]:
    """A question with its sentences."""
    return {
        "code": question.code,
        "line_id": question.line_id,
        "blocks": question.blocks,
        "parameters": dict(question.parameters),
        "en": sentence(question, "en"),
        "ja": sentence(question, "ja"),
    }


def _quality(one: Quality) -> dict[str, Any]:
    return {"ter": one.ter, "ger": one.ger, "tir": one.tir}


def _line(one: LineResult, withheld: Container[str]) -> dict[str, Any]:
    closed = any(piece.factor in withheld for piece in one.pieces)
    return {
        "line_id": one.line_id,
        "status": one.status,
        "stage": one.stage.value,
        "origin": one.origin,
        "category": one.category,
        "emission": None if closed else to_15_digits(one.emission),
        "per_unit": None if closed else to_15_digits(one.per_unit),
        "primary": one.primary,
        "pieces": [_piece(piece, closed=closed) for piece in one.pieces],
    }


def _piece(one: Piece, *, closed: bool) -> dict[str, Any]:
    return {
        "factor": one.factor,
        "name_en": one.name_en,
        "name_ja": one.name_ja,
        "scope": one.scope.value,
        "gwp_set": one.gwp_set.value,
        "amount": to_15_digits(one.amount),
        "unit": one.unit,
        "value": None if closed else one.value,
        "emission": None if closed else to_15_digits(one.emission),
        "ter": one.ter,
        "ger": one.ger,
        "tir": one.tir,
        "proxy": one.proxy,
    }


def _split(one: SplitResult) -> Mapping[str, Any]:
    return {
        "total": one.total,
        "allocated": one.allocated,
        "unallocated": one.unallocated,
        "certificates_unallocated": one.certificates_unallocated,
        "customers": [
            {
                "name": each.name,
                "trade_id": each.trade_id,
                "emission": each.emission,
                "per_piece": each.per_piece,
                "certificates": each.certificates,
            }
            for each in one.customers
        ],
    }

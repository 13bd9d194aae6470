"""The client asks nothing of an answer that the server's OpenAPI document does not promise."""

from __future__ import annotations

import dataclasses

import httpx2
import pytest

from renkei.client import model

VIEWS = {
    model.ActingFor: "OperatorChoice",
    model.Answer: "AnswerView",
    model.AsOf: "AsOfView",
    model.Asked: "AskedView",
    model.BulkResult: "BulkView",
    model.Certificate: "CertificateView",
    model.CertificateAnswer: "CertificateAnswerView",
    model.Certificates: "CertificatesView",
    model.Consent: "ConsentView",
    model.Consequences: "ConsequencesView",
    model.Considered: "ConsideredView",
    model.CustomerPart: "CustomerPartView",
    model.Declaration: "DeclaredView",
    model.Delivery: "DeliveryView",
    model.Emission: "EmissionView",
    model.Engagement: "EngagementView",
    model.EngagementRead: "EngagementReadView",
    model.EngagementReads: "EngagementReadsView",
    model.Estimate: "EstimateView",
    model.File: "FileView",
    model.Finding: "FindingView",
    model.Findings: "FindingsView",
    model.FileFinding: "FileFindingView",
    model.FileFindings: "FileFindingsView",
    model.Import: "ImportView",
    model.ImportItem: "ImportItemView",
    model.ImportReport: "ImportReportView",
    model.Footprint: "FootprintOut",
    model.Glimpse: "GlimpseView",
    model.Inference: "InferenceView",
    model.Inquiry: "InquiryOut",
    model.InquiryAnswer: "InquiryAnswerView",
    model.InquiryInList: "InquiryView",
    model.Line: "LineView",
    model.Loss: "LossView",
    model.Me: "MeView",
    model.Message: "MessageView",
    model.Notification: "NotificationView",
    model.Operator: "OperatorView",
    model.Part: "PartView",
    model.PartNumber: "NumberView",
    model.Plant: "PlantView",
    model.Proposal: "ProposalView",
    model.Purpose: "PurposeView",
    model.Quality: "QualityView",
    model.Read: "ReadView",
    model.ReceivedInquiry: "HopView",
    model.Questions: "QuestionsView",
    model.ReceivedQuestions: "ReceivedQuestionsView",
    model.Renewal: "RenewalView",
    model.Relation: "RelationView",
    model.Report: "ReportView",
    model.ReportItem: "ReportItemView",
    model.Request: "RequestOut",
    model.Response: "ResponseView",
    model.Selection: "SelectionView",
    model.Share: "ShareView",
    model.Shared: "SharedView",
    model.Statement: "StatementView",
    model.Structure: "StructureOut",
    model.StructureVersion: "StructureVersionView",
    model.Tokens: "TokensView",
    model.Trade: "TradeView",
    model.Update: "UpdateView",
    model.UpdatePolicy: "PolicyView",
    model.Value: "ValueView",
    model.Verification: "VerificationView",
    model.Verifications: "VerificationsView",
}


@pytest.fixture
def schemas(server) -> dict[str, dict[str, object]]:
    found = httpx2.get(f"{server.url}/v1/openapi.json").json()["components"]["schemas"]
    # A name that two rooms use carries its module in front.
    return {name.rsplit("__", 1)[-1]: schema for name, schema in found.items()}


def test_every_field_that_must_be_there_is_promised(schemas):
    missing = {
        view: sorted(needed - set(schemas[view].get("properties", {})))
        for kind, view in VIEWS.items()
        if (
            needed := {
                field.name
                for field in dataclasses.fields(kind)
                if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            }
        )
        - set(schemas[view].get("properties", {}))
    }
    assert missing == {}

"""Spreadsheets as a door: workbooks and exports in (`bom`, …), workbooks out.

What a file says is read in two steps. `reading` turns bytes into a `Table`: cells as they stand, each with its place;
workbooks are opened in a limited process of their own (`child`, started by `workbooks`). Then `bom` and its siblings
make of a table what the rooms' services take, and `Findings` of what is wrong, doubtful or worth saying.

This module imports nothing: the limited process passes through it.
"""

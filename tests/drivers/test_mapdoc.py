"""The printed register map says what the table says."""

from __future__ import annotations

from drivers.mapdoc import register_map_markdown
from drivers.registers import BLOCKS, CommandKind, ControllerState, Fault, Refusal


def test_every_field_stands_at_its_address() -> None:
    page = register_map_markdown()
    for block in BLOCKS:
        assert f"## 0x{block.address:04X} {block.name} (" in page
        address = block.address
        for field in block.fields:
            assert f"| 0x{address:04X} | {field.width} | `{field.name}` |" in page
            assert f"| {field.unit} | {field.text} |" in page
            address += field.width
        assert address == block.address + block.registers


def test_every_code_stands_with_its_name() -> None:
    page = register_map_markdown()
    for code in (*ControllerState, *CommandKind, *Refusal):
        assert f"| {int(code)} | {code.name} |" in page
    for fault in Fault:
        if fault:
            assert f"| 0x{int(fault):04X} | {fault.name} |" in page

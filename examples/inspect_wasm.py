#!/usr/bin/env python3
"""Reads clause programs (core wasm) and says whether an enclave will take them.

    inspect_wasm.py FILE.wasm ...

Checks that a program imports only from the module `concordat`, and only the six functions of the ABI
with their types; exports `memory` and `run: () -> i32`; has no start function; and uses no
instruction beyond WebAssembly 1.0 and no floating point. Every instruction of every function is
decoded. Prints a line per program; exits with 1 if one fails. Standard library only.
"""

import sys

ABI = {
    "input_len": (0, 1),
    "input_read": (3, 1),
    "dep_count": (0, 1),
    "dep_len": (1, 1),
    "dep_read": (4, 1),
    "output_write": (2, 1),
}
I32 = 0x7F


class Bad(Exception):
    """The program is not acceptable."""


class Reader:
    """Reads the binary format."""

    def __init__(self, data, at=0, end=None):
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def byte(self):
        if self.at >= self.end:
            raise Bad("cut off")
        self.at += 1
        return self.data[self.at - 1]

    def bytes(self, count):
        if self.at + count > self.end:
            raise Bad("cut off")
        self.at += count
        return self.data[self.at - count : self.at]

    def unsigned(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self):  # the value is not needed, only where it ends
        while self.byte() >= 0x80:
            pass

    def name(self):
        return self.bytes(self.unsigned()).decode()

    def limits(self):
        flag = self.byte()
        if flag > 1:
            raise Bad(f"limits of kind {flag:#x}: not WebAssembly 1.0")
        return self.unsigned(), self.unsigned() if flag else None


def instruction(code, counts):
    """Decodes one instruction; returns how the nesting changes."""
    op = code.byte()
    counts[op] = counts.get(op, 0) + 1
    if op in (0x02, 0x03, 0x04):  # block, loop, if
        if code.byte() not in (0x40, 0x7F, 0x7E, 0x7D, 0x7C):
            raise Bad("a block with several values: not WebAssembly 1.0")
        return 1
    if op == 0x0B:  # end
        return -1
    if op in (0x0C, 0x0D, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24):  # branches, call, variables
        code.unsigned()
    elif op == 0x0E:  # br_table
        for _ in range(code.unsigned() + 1):
            code.unsigned()
    elif op == 0x11:  # call_indirect
        code.unsigned()
        if code.byte() != 0:
            raise Bad("call_indirect through another table than the first")
    elif 0x28 <= op <= 0x3E:  # loads and stores
        code.unsigned()
        code.unsigned()
    elif op in (0x3F, 0x40):  # memory.size, memory.grow
        if code.byte() != 0:
            raise Bad("another memory than the first")
    elif op in (0x41, 0x42):  # i32.const, i64.const
        code.signed()
    elif op == 0x43:
        code.bytes(4)
    elif op == 0x44:
        code.bytes(8)
    elif not (op in (0x00, 0x01, 0x05, 0x0F, 0x1A, 0x1B) or 0x45 <= op <= 0xBF):
        raise Bad(f"instruction {op:#04x}: not WebAssembly 1.0")
    return 0


FLOAT = (
    {0x2A, 0x2B, 0x38, 0x39, 0x43, 0x44}
    | set(range(0x5B, 0x67))
    | set(range(0x8B, 0xA7))
    | set(range(0xA8, 0xAC))
    | set(range(0xAE, 0xC0))
)


def inspect(path):
    """Returns a description of an acceptable program."""
    with open(path, "rb") as file:
        data = file.read()
    top = Reader(data)
    if top.bytes(8) != b"\0asm\1\0\0\0":
        raise Bad("not a WebAssembly 1.0 module")
    types, functions, imports, exports, custom, counts, memory = [], [], [], {}, [], {}, None
    while top.at < top.end:
        kind, size = top.byte(), top.unsigned()
        section = Reader(data, top.at, top.at + size)
        top.bytes(size)
        if kind == 0:
            custom.append(section.name())
        elif kind == 1:
            for _ in range(section.unsigned()):
                if section.byte() != 0x60:
                    raise Bad("a type that is not a function's")
                types.append(tuple(tuple(section.bytes(section.unsigned())) for _ in range(2)))
        elif kind == 2:
            for _ in range(section.unsigned()):
                module, name, what = section.name(), section.name(), section.byte()
                if module != "concordat" or name not in ABI or what != 0:
                    raise Bad(f"imports {module}.{name}")
                parameters, results = types[section.unsigned()]
                takes, gives = ABI[name]
                if parameters != (I32,) * takes or results != (I32,) * gives:
                    raise Bad(f"imports {name} with another type")
                imports.append(name)
        elif kind == 3:
            functions = [section.unsigned() for _ in range(section.unsigned())]
        elif kind == 5:
            memories = [section.limits() for _ in range(section.unsigned())]
            if len(memories) != 1:
                raise Bad("not exactly one memory")
            memory = memories[0]
        elif kind == 7:
            for _ in range(section.unsigned()):
                name, what, index = section.name(), section.byte(), section.unsigned()
                exports[name] = (what, index)
        elif kind == 8:
            raise Bad("has a start function")
        elif kind == 10:
            for _ in range(section.unsigned()):
                length = section.unsigned()
                code = Reader(data, section.at, section.at + length)
                section.bytes(length)
                for _ in range(code.unsigned()):
                    count, value = code.unsigned(), code.byte()
                    if value in (0x7D, 0x7C):
                        raise Bad(f"{count} float variables")
                    if value not in (0x7F, 0x7E):
                        raise Bad(f"a variable of type {value:#x}")
                depth = 1
                while depth:
                    depth += instruction(code, counts)
                if code.at != code.end:
                    raise Bad("bytes after a function's end")
        elif kind > 11:
            raise Bad(f"section {kind}: not WebAssembly 1.0")
    floats = sum(count for op, count in counts.items() if op in FLOAT)
    if floats:
        raise Bad(f"{floats} floating-point instructions")
    if exports.get("memory", (None,))[0] != 2:
        raise Bad("does not export `memory`")
    what, index = exports.get("run", (None, 0))
    if what != 0 or index < len(imports) or types[functions[index - len(imports)]] != ((), (I32,)):
        raise Bad("does not export `run: () -> i32`")
    return (
        f"{len(data)} bytes, {len(functions)} functions, {sum(counts.values())} instructions, "
        f"memory {memory[0] * 64} KiB, imports {' '.join(imports)}, exports {' '.join(exports)}, "
        f"custom sections {' '.join(custom) or 'none'}"
    )


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    failed = False
    for path in sys.argv[1:]:
        name = path.rsplit("/", 1)[-1]
        try:
            print(f"{name}: ok: {inspect(path)}")
        except (Bad, IndexError, UnicodeDecodeError) as reason:
            print(f"{name}: REFUSED: {reason}")
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()

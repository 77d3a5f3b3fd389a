"""XML read with line numbers and without DTDs or entities, which could reach for other files; and written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from datasets.errors import DatasetError

__all__ = ["Node", "element", "number_text", "parsed"]

_DEEPEST = 50


@dataclass(slots=True)
class Node:
    """An element: its attributes, its own text, its children, and the line it begins on."""

    tag: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, tag: str) -> list["Node"]:
        """The children called ``tag``."""
        return [child for child in self.children if child.tag == tag]

    def first(self, *path: str) -> "Node | None":
        """The first child, grandchild … along ``path``."""
        node: Node | None = self
        for tag in path:
            found = node.all(tag) if node else []
            node = found[0] if found else None
        return node

    def words(self, *path: str) -> str:
        """The text of ``first``, without outer white space; empty where there is none."""
        node = self.first(*path)
        return node.text.strip() if node else ""


def parsed(data: bytes, title: str) -> Node:
    """The root element. Raises DatasetError, naming ``title`` and the line, for what is no plain XML."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    stack = [Node("", 0)]

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if len(stack) > _DEEPEST:
            raise DatasetError(f"{title}, line {parser.CurrentLineNumber}: elements are nested too deep")
        node = Node(tag, parser.CurrentLineNumber, attributes)
        stack[-1].children.append(node)
        stack.append(node)

    def end(_tag: str) -> None:
        stack.pop()

    def text(words: str) -> None:
        stack[-1].text += words

    def doctype(*_parts: object) -> None:
        line = parser.CurrentLineNumber
        raise DatasetError(f"{title}, line {line}: declares a document type, which no export needs; it is not read")

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code) or "unknown fault"
        raise DatasetError(f"{title}, line {error.lineno}: is no XML ({what})") from error
    return stack[0].children[0]


def element(tag: str, attributes: Mapping[str, str], text: str = "") -> str:
    """An element without children, as text. Raises DatasetError for characters that XML cannot hold."""
    for word in (*attributes.values(), text):
        strange = next((sign for sign in word if not _allowed(sign)), None)
        if strange is not None:
            raise DatasetError(f"{word[:60]!r}: XML cannot hold the character {strange!r}; export to coco instead")
    inner = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{tag}{inner}>{escape(text, {chr(13): '&#13;'})}</{tag}>" if text else f"<{tag}{inner}/>"


def number_text(number: float) -> str:
    """The shortest text that reads back as ``number``."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def _allowed(sign: str) -> bool:
    code = ord(sign)
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000

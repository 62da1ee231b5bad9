"""The running text of a unit, in which terms are looked for: without code, paths, addresses, placeholders and markup.

What must not be translated is the same on both sides: inline code and names with marks in them (``branch_name``,
``src/branch/list.c``) are left out where the other side has them too. Code that was translated was emphasis.
Everything that is left out becomes spaces, so that positions stay the same.
"""

import re

from corpora.text.mentions.addresses import ADDRESS

__all__ = ["running_text"]

_CODE = re.compile(
    r"(?P<role>:[a-z][a-z:+-]{0,40}:)?(?P<open>`{1,2})(?P<code>[^`\n]{1,300})(?P<close>`{1,2}_{0,2})"
    r"|(?P<tag><(?:code|kbd|samp|tt|var)>)(?P<html>[^<>]{1,300})(?P<end></(?:code|kbd|samp|tt|var)>)",
    re.IGNORECASE,
)
#: Addresses, options, fields, calls and variables: never a part of a sentence.
_NEVER = re.compile(
    rf"{ADDRESS}|[\w.+-]{{1,64}}@[A-Za-z0-9.-]{{1,100}}[A-Za-z]|(?<![\w-])--?[A-Za-z][\w-]*|\$?\{{[^{{}}\n]{{0,60}}\}}"
    r"|%\(\w+\)[a-z]|\$[A-Za-z_]\w*|[A-Za-z_][A-Za-z0-9_.]{0,100}\(\)|(?<=\])\([^()\s]{0,300}\)",
    re.ASCII,
)
#: A name with marks in it, such as a path, a file or a variable.
_NAME = re.compile(
    r"[A-Za-z0-9_~.-][A-Za-z0-9_~.+-]{0,200}[/\\\\:=@#$%]+[A-Za-z0-9_./\\\\:=~+@#$%-]{0,300}(?<![.:/])"
    r"|[A-Za-z0-9-]{1,100}[_.][A-Za-z0-9_][A-Za-z0-9_.-]{0,200}(?<![.-])"
)
_MARKS = re.compile(
    r"</?[A-Za-z][^<>]{0,300}>|&(?:nbsp|shy|zwj|#160|#xa0);|[*`]+|\]\[?|!?\[|~~|[\u00a0\u00ad\u2060\u200b]"
    r"|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def running_text(text: str, other: str) -> str:
    """``text`` with spaces in place of what is not running text; ``other`` is the other side of the unit.

    >>> running_text("Use `git branch` on the **main** branch.", "用 `git branch`")
    'Use              on the   main   branch.'
    """
    if text.isalpha():
        return text
    if "`" in text or "<" in text:
        text = _CODE.sub(lambda match: _code(match, other), text)
    text = _NEVER.sub(_blank, text)
    text = _NAME.sub(lambda match: _blank(match) if match[0] in other else match[0], text)
    return _MARKS.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _code(match: re.Match[str], other: str) -> str:
    code = match["code"] or match["html"]
    if code in other:
        return _blank(match)
    before = len((match["role"] or "") + (match["open"] or match["tag"] or ""))
    return f"{' ' * before}{code}{' ' * (len(match[0]) - before - len(code))}"

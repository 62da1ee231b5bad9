"""`duiyi term add`, `edit` and `delete`: one term at a time."""

from typing import TYPE_CHECKING, Annotated

import typer

from corpora.text.plurals import counted
from tm.cli.memory_options import TermsOption
from tm.cli.output import print_json, tell, write
from tm.cli.term import AsJson, app, opened

if TYPE_CHECKING:
    from tm.terms.concept import Concept

__all__ = ["add", "app", "delete", "edit"]

SourceTerm = Annotated[str, typer.Argument(metavar="SOURCE", help="The term.")]
TargetTerm = Annotated[str, typer.Argument(metavar="TARGET", help="Its translation.")]
StatusOption = Annotated[
    str | None,
    typer.Option(help="Status of the translation: preferred, admitted, deprecated, forbidden or proposed."),
]
DefinitionOption = Annotated[str | None, typer.Option(help="Definition of the concept.")]
SubjectOption = Annotated[str | None, typer.Option(help="Subject field of the concept.")]
NoteOption = Annotated[str | None, typer.Option(help="Note on the translation.")]


@app.command()
def add(
    source: SourceTerm,
    target: TargetTerm,
    status: StatusOption = None,
    definition: DefinitionOption = None,
    subject: SubjectOption = None,
    note: NoteOption = None,
    source_lang: Annotated[str, typer.Option(help="Language of the term; by default detected by its script.")] = "",
    target_lang: Annotated[str, typer.Option(help="Language of the translation.")] = "",
    terms: TermsOption = None,
    json: AsJson = False,
) -> None:
    """Add a term and its translation to the term base, which is made if there is none."""
    from tm.terms.editing import TermEdit, add_term, status_of

    made = TermEdit(None, None, status_of(status) if status else None, definition, subject, note)
    with opened(terms, create=True) as base:
        concept = add_term(base, source, target, made, source_lang=source_lang, target_lang=target_lang)
    _show(concept, json=json)


@app.command()
def edit(
    source: SourceTerm,
    target: TargetTerm,
    status: StatusOption = None,
    definition: DefinitionOption = None,
    subject: SubjectOption = None,
    note: NoteOption = None,
    new_source: Annotated[str | None, typer.Option(help="New text of the term.")] = None,
    new_target: Annotated[str | None, typer.Option(help="New text of the translation.")] = None,
    terms: TermsOption = None,
    json: AsJson = False,
) -> None:
    """Change the status, definition, subject, note or texts of a term and its translation."""
    from tm.terms.editing import TermEdit, edit_term, status_of

    made = TermEdit(new_source, new_target, status_of(status) if status else None, definition, subject, note)
    with opened(terms, own=True) as base:
        concept = edit_term(base, source, target, made)
    _show(concept, json=json)


@app.command()
def delete(
    source: SourceTerm,
    target: Annotated[str, typer.Argument(metavar="[TARGET]", help="Its translation; without it all of them.")] = "",
    terms: TermsOption = None,
) -> None:
    """Delete a translation of a term, or the term with all its translations."""
    from tm.terms.editing import delete_term

    with opened(terms, own=True) as base:
        count = delete_term(base, source, target)
    name = f"{source} = {target}" if target else source
    tell(f"{name} deleted ({counted(count, 'entry', 'entries')})")


def _show(concept: "Concept", *, json: bool) -> None:
    if json:
        rows = [{"text": one.text, "language": one.language, "status": str(one.status)} for one in concept.terms]
        print_json({"concept": concept.id, "definition": concept.definition, "terms": rows})
        return
    for term in concept.terms:
        write(f"{term.text}\t{term.language}\t{term.status}")

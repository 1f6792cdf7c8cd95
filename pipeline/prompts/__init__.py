"""An entry of a board, with the values of a variant, becomes a prompt, its references in order, and a direction."""

from pipeline.prompts.ingredients import ingredients
from pipeline.prompts.looked_at import Looked, Texts, library_at, looked_at, shown, template_of, texts_of
from pipeline.prompts.recipe import RECIPE, Ask, Composed, compose, given, problems_of_texts
from pipeline.prompts.sentences import NO_TEXT, Cited

__all__ = [
    "NO_TEXT",
    "RECIPE",
    "Ask",
    "Cited",
    "Composed",
    "Looked",
    "Texts",
    "compose",
    "given",
    "ingredients",
    "library_at",
    "looked_at",
    "problems_of_texts",
    "shown",
    "template_of",
    "texts_of",
]

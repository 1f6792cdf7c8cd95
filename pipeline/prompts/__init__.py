"""A shot of a board, with the values of a variant, becomes a prompt, its references in order, and a direction."""

from pipeline.prompts.recipe import RECIPE, Cited, Composed, compose, names_used, problems_of_texts
from pipeline.templates import TemplateError, render

__all__ = ["RECIPE", "Cited", "Composed", "TemplateError", "compose", "names_used", "problems_of_texts", "render"]

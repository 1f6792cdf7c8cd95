from __future__ import annotations

import pytest

from pipeline.previs.sections import Sections, sections


def test_a_prompt_is_read_shot_by_shot_and_what_stands_before_the_first_is_of_all() -> None:
    said = sections("Paris in the rain. Shot 1: A woman runs. Shot 2: Close-up of her shoes. shot 3: She is gone.")
    assert said == Sections("Paris in the rain.", ("A woman runs.", "Close-up of her shoes.", "She is gone."))


def test_lines_after_the_last_shot_are_of_all_where_each_shot_has_a_line() -> None:
    said = sections("Style: film.\nShot 1: A street.\nShot 2: A door.\nSound: rain.\nNo music.")
    assert said == Sections("Style: film.\nSound: rain.\nNo music.", ("A street.", "A door."))


def test_where_shots_run_over_lines_so_does_the_last() -> None:
    assert sections("Shot 1: A street,\nempty.\nShot 2: A door,\nopen.").shots == (
        "A street,\nempty.",
        "A door,\nopen.",
    )


@pytest.mark.parametrize(
    "prompt", ["", "A street.", "Shot 1: A street.", "Shot 2: A. Shot 3: B.", "Moonshot 1: A. Slingshot 2: B."]
)
def test_any_other_prompt_is_one_shot(prompt: str) -> None:
    assert sections(prompt) == Sections(prompt, ())


def test_a_number_out_of_turn_is_a_word_like_any_other() -> None:
    assert sections("Shot 1: A. Shot 3: B. Shot 2: C, like shot 1: D.").shots == ("A. Shot 3: B.", "C, like shot 1: D.")


def test_a_shot_without_words_is_a_shot() -> None:
    assert sections("Shot 1: Shot 2:").shots == ("", "")

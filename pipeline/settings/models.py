"""The files below models/ beside storyreel.yaml become models like those of the package, or problems to mend."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline import catalog, schema
from pipeline.catalog import Model
from pipeline.errors import BadInput, Problem, nearest
from pipeline.settings.keys import refuse_key
from pipeline.storyboard import dotted, in_order
from pipeline.storyboard.nodes import Source, plain, whole_file
from pipeline.storyboard.reading import MAX_BYTES, read
from pipeline.storyboard.shape import problems

FOLDER = "models"
_MOST_FILES = 200


def models_of(root: Path) -> tuple[Mapping[str, Model], tuple[Problem, ...]]:
    """The models that the project at `root` knows, by id in order: the package's and its own; and what is wrong."""
    wrong: list[Problem] = []
    sources: dict[str, Source] = {}
    known = dict(catalog.models())
    for file in _files(root, wrong):
        source, found = _read(file)
        wrong += found
        if source and not found and not (found := tuple(_of_id(root, file, source))):
            sources[str(plain(source.root)["id"])] = source
        wrong += found if source else ()
    known |= {name: catalog.parse(plain(source.root)) for name, source in sources.items()}
    for source in sources.values():
        wrong += _of_sibling(source, known)
    return dict(sorted(known.items())), tuple(dict.fromkeys(wrong))


def data_of(root: Path, model: str) -> Mapping[str, Any]:
    """The file of a model that the project at `root` knows, as it is written."""
    if model in catalog.models():
        return schema.load(f"models/{model}.json")
    file = root / FOLDER / f"{model}.json"
    found: Mapping[str, Any] = plain(read(str(file), file.read_bytes())[0].root)
    return found


def _files(root: Path, wrong: list[Problem]) -> list[Path]:
    """The model files in order of their paths; what can't be one goes to `wrong`."""
    found: list[Path] = []
    if _leads_out(root / FOLDER, root, wrong):
        return found
    for folder, folders, names in os.walk(root / FOLDER):
        here = Path(folder)
        for name in [*folders, *(name for name in names if name.endswith(".json"))]:
            path = here / name
            if path.is_symlink() and path.is_dir():
                wrong.append(_problem(path, "it is a link to a folder", "put the folder itself here"))
            elif not _leads_out(path, root, wrong) and name in names:
                found.append(path)
        if len(found) > _MOST_FILES:
            wrong.append(
                _problem(root / FOLDER, f"there are more than {_MOST_FILES} models in it", "keep those in use")
            )
            return []
    return sorted(found)


def _leads_out(path: Path, root: Path, wrong: list[Problem]) -> bool:
    inside = Path(os.path.realpath(path)).is_relative_to(root)
    if not inside:
        wrong.append(_problem(path, "it is a link to outside of the project", "copy what it leads to"))
    return not inside


def _read(file: Path) -> tuple[Source | None, tuple[Problem, ...]]:
    """The tree of a model file and everything that is wrong with it by itself."""
    if not file.is_file():  # a pipe would be waited for
        return None, (_problem(file, "it is no file", "delete it"),)
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        refuse_key(str(file), content)
        source, unread = read(str(file), content)
    except OSError as error:
        return None, (_problem(file, f"it can't be read: {error.strerror}", "see who may read it"),)
    except BadInput as bad:
        return None, tuple(bad.problems)
    misshapen = [*unread, *(item.problem for item in problems(source, "model.schema.json"))]
    return source, tuple(in_order(misshapen or _unfit(source)))


def _unfit(source: Source) -> Iterator[Problem]:
    for item in catalog.disagreements(plain(source.root)):
        place = source.place(item.path, key=item.key)
        yield Problem("model", dotted(item.path), item.message, item.hint, place)


def _of_id(root: Path, file: Path, source: Source) -> Iterator[Problem]:
    """A model is found where its id says, and nobody's prices or limits are changed unseen."""
    name, place = str(plain(source.root)["id"]), source.place(("id",))
    meant = file.relative_to(root / FOLDER).with_suffix("").as_posix()
    if name != meant:
        message = f'the file of "{name}" is {FOLDER}/{name}.json'
        yield Problem("model-id", "id", message, f'move the file, or write "{meant}"', place)
    elif name in catalog.models():
        message = f'"{name}" comes with the package'
        yield Problem("model-id", "id", message, "give yours a name of its own, as prices hang on it", place)


def _of_sibling(source: Source, known: Mapping[str, Model]) -> Iterator[Problem]:
    name = str(plain(source.root).get("first_frame_model", ""))
    if name and not (name in known and known[name].takes("first_frame")):
        meant = nearest(name, [model.id for model in known.values() if model.takes("first_frame")])
        message = f'there is no model "{name}" that takes a first frame'
        hint = f'did you mean "{meant}"?' if meant else "`storyreel models` lists them"
        yield Problem("model", "first_frame_model", message, hint, source.place(("first_frame_model",)))


def _problem(file: Path, message: str, hint: str) -> Problem:
    return Problem("model-file", "", message, hint, whole_file(str(file)))

"""Where a storyboard belongs: the root of its project, the outputs folder, its models and files, the paid API."""

from pipeline.settings.keys import VARIABLE as KEY_VARIABLE
from pipeline.settings.keys import refuse_key, secret
from pipeline.settings.models import data_of
from pipeline.settings.project import (
    API,
    PROJECT_FILE,
    TIERS,
    Project,
    api_key,
    api_origin,
    dollars,
    locate,
    max_cost,
    program,
    programs_of,
    project_here,
    project_of,
    root_of,
)
from pipeline.settings.remote import RemotePlace

__all__ = [
    "API", "KEY_VARIABLE", "PROJECT_FILE", "TIERS", "Project", "RemotePlace", "api_key", "api_origin", "data_of",
    "dollars", "locate", "max_cost", "program", "programs_of", "project_here", "project_of", "refuse_key", "root_of",
    "secret",
]  # fmt: skip

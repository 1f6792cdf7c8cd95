"""Where a storyboard belongs: the root of its project, the outputs folder, its models and files, the paid API."""

from pipeline.settings.models import data_of
from pipeline.settings.project import API, PROJECT_FILE, Project, api_origin, locate, project_here, project_of, root_of

__all__ = ["API", "PROJECT_FILE", "Project", "api_origin", "data_of", "locate", "project_here", "project_of", "root_of"]

"""What git keeps of a project is read: repositories, revisions, and the files of one, as they were.

Nothing here writes into a repository, its work tree, its index or its stash, and nothing asks a server.

git           questions to git, and what it answers
repository    the repository of a file, and its revisions    Repository, Revision
tree          the files of one revision, by path             Tree, Kept
snapshot      those that are asked for, in a folder          Snapshot
pointers      what git LFS leaves in the place of a file     Pointer
"""

from pipeline.history.pointers import Pointer, pointer_at
from pipeline.history.repository import Repository, Revision, repository
from pipeline.history.snapshot import Snapshot
from pipeline.history.tree import Kept, Tree

__all__ = ["Kept", "Pointer", "Repository", "Revision", "Snapshot", "Tree", "pointer_at", "repository"]

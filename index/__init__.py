"""Documents into an index, and an index searched."""

from index.embedder import Embedder
from index.errors import (
    "InputError",

"""Gradio, imported so that it connects nowhere and leaves its installation as it is.

At each import Gradio writes a ``.pyi`` file beside the source of each of its components. That takes half the time of
the import, and processes that start at the same time, or may not write there, would do it in vain.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

# Set before gradio and huggingface_hub are imported: without these they look up hosts.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.update(dict.fromkeys(("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TRANSFORMERS_OFFLINE"), "1"))

_WRITER = "gradio.component_meta"  # the module whose create_or_modify_pyi writes the files


class _WithoutWriter(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        vars(module).update(create_or_modify_pyi=lambda *_: None)


class _StubsUnwritten(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname == _WRITER else None
        if spec is not None and spec.origin is not None:
            spec.loader = _WithoutWriter(fullname, spec.origin)
        return spec


@contextmanager
def _stubs_unwritten() -> Iterator[None]:
    finder = _StubsUnwritten()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


with _stubs_unwritten():
    import gradio as gr

__all__ = ["gr"]

"""Pack everything into one package, `newsdesk`: beside it, the wheel brings no module that others may be named like."""

from setuptools import find_packages, setup

PARTS = ("corpus", "rag", "eval", "web")
FOUND = find_packages(include=[f"{part}*" for part in PARTS])

setup(
    packages=["newsdesk", *(f"newsdesk.parts.{name}" for name in FOUND)],
    py_modules=["newsdesk.parts.app"],
    package_dir={"newsdesk.parts": ".", **{f"newsdesk.parts.{part}": part for part in PARTS}},
    package_data={
        "newsdesk.parts.corpus": ["starter/*"],
        "newsdesk.parts.eval": ["sets/*", "plans/*", "templates/*", "gate.json"],
        "newsdesk.parts.rag": [
            "drafts/templates/*",
            "question/*.safetensors",
            "retrieval/*.safetensors",
            "follow/templates/*",
        ],
        "newsdesk.parts.web": ["static/*", "templates/*"],
    },
)

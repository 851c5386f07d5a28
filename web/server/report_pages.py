"""The report of a run, as a page of its own that can do nothing but show itself."""

from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a report may do: run its own script, in an origin of its own, and reach nothing at all."""


def serve_reports(app: FastAPI, runs: Path) -> None:
    """Let an application serve `report.html` of the runs in a folder at `/report/NAME`.

    Args:
        app: The application, behind what lets nobody in but who may use the page.
        runs: The folder of the runs.
    """

    def report(name: str) -> FileResponse:
        path = report_path(runs, name)
        if path is None:
            raise HTTPException(404, "There is no report of this run.")
        headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
        return FileResponse(path, media_type="text/html", headers=headers)

    app.add_api_route("/report/{name}", report, response_class=FileResponse)


def report_path(runs: Path, name: str) -> Path | None:
    """Return where the report of a run lies, or None: only a run that is listed has one, and only in its own folder."""
    from eval.runs.run_folder import list_runs

    run = next((run for run in list_runs(runs) if run.name == name), None)
    if run is None:
        return None
    path = run.path / "report.html"
    inside = path.resolve().parent == run.path.resolve() and path.is_file()
    return path if inside else None

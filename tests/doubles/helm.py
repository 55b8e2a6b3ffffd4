"""Charts made and pushed by the real helm, where there is one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

HELM = "go install helm.sh/helm/v4/cmd/helm@latest"


def pushed_by_helm(program: str, where: str, folder: Path, chart: str, *versions: str) -> None:
    """`helm create`, then `package` and `push` each version to `oci://<where>/<chart>`, by plain HTTP."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}

    def helm(*arguments: str) -> None:
        done = subprocess.run(
            [program, *arguments], cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr

    helm("create", chart)
    for version in versions:
        helm("package", chart, "--version", version)
        helm("push", f"{chart}-{version}.tgz", f"oci://{where}", "--plain-http")

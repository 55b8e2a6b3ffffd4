from pathlib import Path

import pytest
from doubles.recorded_install import Project, make_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)

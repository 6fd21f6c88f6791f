"""The targets: what each is, the help of its fields, and the mistakes that can be seen without reading a file.

One module a target; what the rules use of them is importable from here.
"""

from __future__ import annotations

from pants_strata.target_types.common import (
    ArtifactAddressField,
    ArtifactDependenciesField,
    ArtifactOutputPathField,
    LockfileField,
)
from pants_strata.target_types.debian_packages import (
    DebianPackagesExcludeField,
    DebianPackagesLockfileField,
    DebianPackagesNamesField,
    DebianPackagesTarget,
)
from pants_strata.target_types.image import (
    AnnotationsField,
    ArgsField,
    BytecodeField,
    CompressionField,
    EntryPointField,
    EnvField,
    ExposedPortsField,
    ImageBaseField,
    ImageDependenciesField,
    LabelsField,
    PythonImageTarget,
    ScriptField,
    StopSignalField,
    UserField,
    VenvField,
    WholeLockField,
    WorkdirField,
)
from pants_strata.target_types.installer import (
    InstallerLockfileField,
    InstallerToolField,
    InstallerVersionField,
    PythonInstallerTarget,
)
from pants_strata.target_types.interpreter import (
    BaseField,
    EnsurepipField,
    InstallerHintField,
    InterpreterLockfileField,
    InterpreterVersionField,
    PythonInterpreterTarget,
)
from pants_strata.target_types.venv import (
    InstallerField,
    InterpreterField,
    PythonVenvTarget,
    VenvAllowSdistsField,
    VenvBuildLockfileField,
    VenvExtrasField,
    VenvGroupsField,
    VenvLayerBudgetField,
    VenvLayerThresholdField,
    VenvLockfileField,
)

__all__ = [
    "AnnotationsField",
    "ArgsField",
    "ArtifactAddressField",
    "ArtifactDependenciesField",
    "ArtifactOutputPathField",
    "BaseField",
    "BytecodeField",
    "CompressionField",
    "DebianPackagesExcludeField",
    "DebianPackagesLockfileField",
    "DebianPackagesNamesField",
    "DebianPackagesTarget",
    "EnsurepipField",
    "EntryPointField",
    "EnvField",
    "ExposedPortsField",
    "ImageBaseField",
    "ImageDependenciesField",
    "InstallerField",
    "InstallerHintField",
    "InstallerLockfileField",
    "InstallerToolField",
    "InstallerVersionField",
    "InterpreterField",
    "InterpreterLockfileField",
    "InterpreterVersionField",
    "LabelsField",
    "LockfileField",
    "PythonImageTarget",
    "PythonInstallerTarget",
    "PythonInterpreterTarget",
    "PythonVenvTarget",
    "ScriptField",
    "StopSignalField",
    "UserField",
    "VenvAllowSdistsField",
    "VenvBuildLockfileField",
    "VenvExtrasField",
    "VenvField",
    "VenvGroupsField",
    "VenvLayerBudgetField",
    "VenvLayerThresholdField",
    "VenvLockfileField",
    "WholeLockField",
    "WorkdirField",
]

"""Parts of a site from tables (CSV, XLSX): hours and closed days, leave, the roster; a fault for every bad row.

found = import_part("leave", Path("请假.xlsx"), settings)
found.check()               # raises BadInput with every fault, unless there is none
found.content               # {"entries": [{"windows": ["w1"], "from": ..., "to": ..., "by": ...}, ...]}
"""

from service.imports.part import PARTS, Imported, Part, import_part
from service.imports.table import Fault
from service.imports.template import write_template

__all__ = ["PARTS", "Fault", "Imported", "Part", "import_part", "write_template"]

"""Parts of a site from tables (CSV, XLSX): hours and closed days, leave, the roster; a fault for every bad row.

found = import_part("leave", Path("请假.xlsx"), settings)
found.check()               # raises BadInput with every fault, unless there is none
found.content               # {"entries": [{"windows": ["w1"], "from": ..., "to": ..., "by": ...}, ...]}
    laid_over(found, present)   # the part's content in force with it added
"""

from service.imports.over import laid_over
from service.imports.part import PARTS, Imported, Part, import_part
from service.imports.table import Fault
from service.imports.template import write_template

__all__ = ["PARTS", "Fault", "Imported", "Part", "import_part", "laid_over", "write_template"]

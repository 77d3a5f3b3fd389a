/** What every page loads: the bar, the state of the link, theme and keys. */

import "./hall-clock.js";
import "./hall-health.js";
import "./key-help.js";
import "./link-state.js";
import "./theme-switch.js";

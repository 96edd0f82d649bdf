// The home page says that a report was not sent yet. It is on this device only, so only a script can know.

import { isUnsent, read } from "./drafts.js";

const card = document.querySelector("[data-waiting]");
if (card && isUnsent(read())) card.hidden = false;

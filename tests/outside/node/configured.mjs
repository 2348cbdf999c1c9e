// What people do where the operator has settings of their own (configured.toml), with JavaScript on and off.
import { elsewhere, scenarios as brand } from './configured/brand.mjs';
import { scenarios as deliveries } from './configured/deliveries.mjs';
import { scenarios as settings } from './configured/settings.mjs';
import { runAll } from './lib/browse.mjs';

await runAll([settings, brand, deliveries], elsewhere);

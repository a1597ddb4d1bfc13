/** Tells people's own systems of what rules with action notify have detected, each receiver by its own place in the log. */
package io.godwit.ops.webhooks;

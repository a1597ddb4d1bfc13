/** Tests that kill processes: services as child JVMs, the broker, and what must hold of the log afterwards. */
package io.godwit.ittests.kills;

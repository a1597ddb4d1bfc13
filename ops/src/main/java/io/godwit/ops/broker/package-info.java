/** The embedded broker: what runs in its child JVM, and how that one is started and ended. */
package io.godwit.ops.broker;

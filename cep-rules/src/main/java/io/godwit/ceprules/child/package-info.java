/** The JVM in which operators' rules run: it can be killed, has a bound for its memory, and ends with the one that started it. */
package io.godwit.ceprules.child;

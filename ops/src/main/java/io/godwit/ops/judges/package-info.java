/** Judges of the invariants that every run must keep. They know the events of the log and share no code with the product. */
package io.godwit.ops.judges;

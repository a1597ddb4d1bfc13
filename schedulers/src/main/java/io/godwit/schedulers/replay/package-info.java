/** Decides again from the log and compares, or goes on from its end in memory. Reads a log port; there is nothing here that could write. */
package io.godwit.schedulers.replay;

/** Decides again from the log, and compares. Reads a log port; there is nothing here that could write. */
package io.godwit.schedulers.replay;

/** What a decision rests on, and what is decided where some of the past is left out. Reads a log port; nothing here could write. */
package io.godwit.ops.causes;

/** What a run came to, folded from the log alone; pure. */
package io.godwit.ops.summary;

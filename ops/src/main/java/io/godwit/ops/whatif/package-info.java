/** A stretch of the recorded past lived through again, as it was and with something changed. */
package io.godwit.ops.whatif;

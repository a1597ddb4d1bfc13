/** Each site's log, mirrored to the others. */
package io.godwit.overlaysync.mirror;

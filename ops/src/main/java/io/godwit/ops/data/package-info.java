/** The folder that a region's log and its services' local files stand in, on one machine. */
package io.godwit.ops.data;

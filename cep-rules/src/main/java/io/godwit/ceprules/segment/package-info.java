/**
 * One segment: observations in, detections out, in the order of the log. Live work, restart and replay run the same code; it
 * neither reads a clock nor writes anywhere.
 */
package io.godwit.ceprules.segment;

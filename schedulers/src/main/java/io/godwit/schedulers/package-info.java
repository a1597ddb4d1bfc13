/**
 * Turns detections and state into decisions, and decisions into migration commands.
 */
package io.godwit.schedulers;

/**
 * Carries commands out on hosts and appends one final outcome for each.
 */
package io.godwit.executors;

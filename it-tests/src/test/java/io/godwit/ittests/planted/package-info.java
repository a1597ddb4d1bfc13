/** Faults on purpose, one or more of each kind that {@code Layering} names, laid out as the real packages are. Never run. */
package io.godwit.ittests.planted;

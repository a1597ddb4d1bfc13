/**
 * Where VMs should run so that no host has to give more than it can, and in which order to move them there.
 *
 * <p>Pure: the same problem gives the same answer, on every machine and in every replay. A search stops after so many
 * nodes, never after so many seconds.
 */
package io.godwit.schedulers.planner;

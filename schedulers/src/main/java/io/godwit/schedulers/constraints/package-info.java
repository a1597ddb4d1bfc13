/** What operators demand of placements and of the order of actions, in BtrPlace's vocabulary. */
package io.godwit.schedulers.constraints;

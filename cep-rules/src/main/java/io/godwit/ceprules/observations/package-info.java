/** What the rules see of the log: immutable views of observations, and the watched seconds of a segment. Pure. */
package io.godwit.ceprules.observations;

/** What events of the log say to people: the same words while a region runs and when its past is looked at. Pure. */
package io.godwit.ops.words;

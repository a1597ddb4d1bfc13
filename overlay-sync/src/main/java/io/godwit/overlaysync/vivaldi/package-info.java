/** Network coordinates: pure, and the same on every machine. */
package io.godwit.overlaysync.vivaldi;

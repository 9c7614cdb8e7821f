/**
 * Creates an application's objects from metadata, and no type that is dangerous to create
 * from a string of another application.
 */
@NullMarked
package io.github.statesignals.handler.metadata;

import org.jspecify.annotations.NullMarked;

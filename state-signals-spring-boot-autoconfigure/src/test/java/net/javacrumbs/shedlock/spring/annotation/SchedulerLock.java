package net.javacrumbs.shedlock.spring.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/**
 * The annotation of ShedLock, without its library.
 */
@Retention(RetentionPolicy.RUNTIME)
public @interface SchedulerLock {

}

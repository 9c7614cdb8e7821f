package com.example.mistake;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * The mistake in docs/getting-started.md.
 */
@EnableAutoConfiguration
@Import(Collector.class)
public class MistakenApplication {

}

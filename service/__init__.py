"""Everything after the observation: rules, the worker that hosts a pipeline, storage, evidence, API and command."""

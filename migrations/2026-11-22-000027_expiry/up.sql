-- Of which accounts there may be samples to give up, which the worker asks for all of them.
create policy operated on metrics.retentions for select to tallykeep_worker
    using ((select public.acts_as_operator()));
create policy operated on metrics.metrics for select to tallykeep_worker
    using ((select public.acts_as_operator()));
